/**
 * Texts to learn from, how they are read and split, and the n-gram model that a network has to
 * beat.
 */
package io.ciranda.samples.text;
