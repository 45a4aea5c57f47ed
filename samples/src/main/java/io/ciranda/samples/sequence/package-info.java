/**
 * Models of one's own sequences in a few lines each ({@code io.ciranda.sequence}), to be copied:
 * {@link io.ciranda.samples.sequence.JapaneseVowelsExample}, {@link
 * io.ciranda.samples.sequence.SeasonalForecast}, {@link io.ciranda.samples.sequence.DiseaseTagger}.
 * What they reach stands in samples/RESULTS.md.
 */
package io.ciranda.samples.sequence;
