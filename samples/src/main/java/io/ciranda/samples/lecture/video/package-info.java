/** A label for many frames: figures that move over pixels. */
package io.ciranda.samples.lecture.video;
