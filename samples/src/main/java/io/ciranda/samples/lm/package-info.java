/** The language model commands, {@code ciranda lm ...}. */
package io.ciranda.samples.lm;
