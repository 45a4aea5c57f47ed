/**
 * The next symbol of a text: by character ({@link io.ciranda.samples.lecture.language.LmChar}) and
 * by word ({@link io.ciranda.samples.lecture.language.LmWord}), what they have in common ({@link
 * io.ciranda.samples.lecture.language.NextSymbol}), and what a large vocabulary costs ({@link
 * io.ciranda.samples.lecture.language.LargeVocabulary}).
 */
package io.ciranda.samples.lecture.language;
