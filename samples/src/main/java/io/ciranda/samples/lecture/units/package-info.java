/** What a few recurrent units can do, by hand and learned: add, compare, tell odd from even. */
package io.ciranda.samples.lecture.units;
