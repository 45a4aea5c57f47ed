/**
 * The output of a small program, read character by character (Zaremba and Sutskever 2014), with
 * easy programs before hard ones or among them. {@link io.ciranda.samples.lecture.execute.Execute}
 * is the example, {@code ProgramModel} its network, {@code Curriculum} the four ways to practise.
 */
package io.ciranda.samples.lecture.execute;
