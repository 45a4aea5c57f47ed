/**
 * A sequence of words to one label: does a review praise or blame? {@link
 * io.ciranda.samples.lecture.sentiment.Sentiment} is the example: a classifier from random vectors,
 * and one that begins with a language model, {@link
 * io.ciranda.samples.lecture.sentiment.Pretraining}.
 */
package io.ciranda.samples.lecture.sentiment;
