package io.ciranda.samples.lecture.execute;

/**
 * How hard a program is.
 *
 * @param digits of its numbers
 * @param nesting how many operations its output takes, each upon the result of the one before
 */
record Difficulty(int digits, int nesting) {}
