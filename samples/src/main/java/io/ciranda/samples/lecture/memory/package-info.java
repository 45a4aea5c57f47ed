/** Short and long memory: Markov models, the gates of an LSTM, sums over hundreds of steps. */
package io.ciranda.samples.lecture.memory;
