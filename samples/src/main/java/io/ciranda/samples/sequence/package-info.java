/**
 * Models of one's own sequences in a few lines each ({@code io.ciranda.sequence}), to be copied:
 * {@link io.ciranda.samples.sequence.JapaneseVowelsExample}, {@link
 * io.ciranda.samples.sequence.SeasonalForecast}. What they reach stands in samples/RESULTS.md; a
 * tagger stands in {@link io.ciranda.samples.lecture.labels.Tagger}.
 */
package io.ciranda.samples.sequence;
