/**
 * What a run shows and leaves behind: progress while it works, and a folder with model, loss curve
 * (numbers and picture) and a summary that a program can read.
 */
package io.ciranda.samples.report;
