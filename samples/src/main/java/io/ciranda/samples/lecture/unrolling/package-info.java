/** A recurrent net is a deep feed-forward net with shared weights. */
package io.ciranda.samples.lecture.unrolling;
