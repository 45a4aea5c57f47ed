package io.ciranda.samples.cli;

/**
 * What a command came to that did its work and yet failed, exit code 1: the result is told in full.
 *
 * @param result as of any other command
 * @param message what was missed
 */
public record Missed(Object result, String message) {}
