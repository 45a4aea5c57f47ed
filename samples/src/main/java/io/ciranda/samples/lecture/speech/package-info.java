/** Labels of frames of sound: spoken digits, one and many. */
package io.ciranda.samples.lecture.speech;
