package io.ciranda.samples;

import io.ciranda.blas.Blas;
import io.ciranda.kernel.Backend;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.report.Environment;
import java.util.List;
import picocli.CommandLine.Command;

/**
 * {@code ciranda doctor}: what this machine and this JVM offer, what was chosen, and what would be
 * better.
 */
@Command(
    name = "doctor",
    description =
        "Prints JDK, CPU, vector width, the kernels and the BLAS that were chosen and why, and what to type for better.")
final class Doctor extends CirandaCommand {

  /** What {@code --json} prints. */
  record Report(
      Environment environment,
      String kernels,
      String products,
      boolean blas,
      String blasDetails,
      List<String> advice) {}

  @Override
  protected Object run(Console console) {
    Backend backend = Engine.backend();
    var report =
        new Report(
            Environment.current(),
            backend.kernels().name(),
            backend.matMul().toString(),
            Blas.isAvailable(),
            Blas.diagnostics(),
            backend.advice());
    Environment environment = report.environment;
    console.print("ciranda   " + environment.ciranda());
    console.print("JDK       " + environment.java());
    console.print(
        "CPU       %s, %d processors, %s"
            .formatted(environment.cpu(), environment.processors(), environment.os()));
    console.print("kernels   " + report.kernels + vectors(report.kernels));
    console.print("products  " + report.products);
    console.print("BLAS      " + report.blasDetails.indent(10).strip());
    if (report.advice.isEmpty()) {
      console.print("advice    none: nothing would be faster on this JVM");
    }
    report.advice.forEach(line -> console.print("advice    " + line));
    return report;
  }

  private static String vectors(String kernels) {
    int dash = kernels.lastIndexOf('-');
    return dash < 0 ? "" : ": vectors of %s bits".formatted(kernels.substring(dash + 1));
  }
}
