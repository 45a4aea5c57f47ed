/**
 * A sequence of words to one label: does a review praise or blame? {@link
 * io.ciranda.samples.lecture.sentiment.Sentiment} is the example.
 */
package io.ciranda.samples.lecture.sentiment;
