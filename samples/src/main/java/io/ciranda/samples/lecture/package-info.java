/**
 * The lecture on recurrent networks, runnable: {@code ciranda example NAME}. What each example
 * reaches, with its picture, stands in samples/README.md.
 *
 * <p>An example extends {@link io.ciranda.samples.lecture.LectureExample}, hands figures and
 * pictures to a {@link io.ciranda.samples.lecture.Lesson} and is named in {@link
 * io.ciranda.samples.lecture.Examples}. Most build on {@link io.ciranda.samples.lecture.Network} or
 * {@link io.ciranda.samples.lecture.LinearNetwork} and train with {@link
 * io.ciranda.samples.lecture.Learning}; below those there is only the engine. What trains for long
 * has the option of {@link io.ciranda.samples.lecture.Checkpoints}. Sections: {@code unrolling},
 * {@code units}, {@code bptt}, {@code memory}, {@code language}, {@code execute}, {@code
 * sentiment}, {@code labels}, {@code music}, {@code speech}, {@code video}, {@code activity}.
 */
package io.ciranda.samples.lecture;
