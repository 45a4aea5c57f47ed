/**
 * The {@code ciranda} command line. Open, because picocli fills the fields of its commands and
 * Jackson reads its records; nobody compiles against it.
 */
// XChart and ICU fix their names in the manifest; Commons Math does not, its last release is of
// 2016.
@SuppressWarnings("requires-automatic")
open module io.ciranda.samples {
  requires com.fasterxml.jackson.databind;
  requires com.ibm.icu;
  requires commons.math3;
  requires de.siegmar.fastcsv;
  requires info.picocli;
  requires io.ciranda.blas;
  requires io.ciranda.core;
  requires java.desktop; // pictures, sound, MIDI
  requires java.logging;
  requires java.management;
  requires me.tongfei.progressbar;
  requires org.knowm.xchart;
}
