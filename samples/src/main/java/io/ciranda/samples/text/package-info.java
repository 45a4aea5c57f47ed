/**
 * Texts to learn from, how they are read and split, the n-gram model that a network has to beat,
 * and series of numbers and labelled sentences that are kept as text.
 */
package io.ciranda.samples.text;
