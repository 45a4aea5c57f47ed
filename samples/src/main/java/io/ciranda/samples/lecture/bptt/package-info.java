/** Backpropagation through time: its equations, and gradients that explode or vanish. */
package io.ciranda.samples.lecture.bptt;
