/**
 * Commands for networks that come as files: {@code inspect} says what one holds and how it is
 * understood, {@code infer} runs it. {@code Sequences} is the file that it reads, {@code
 * StateTensor} how states are named in files.
 */
package io.ciranda.samples.infer;
