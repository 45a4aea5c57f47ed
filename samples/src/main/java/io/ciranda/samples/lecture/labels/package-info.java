/** Labels: one for each word of a sentence, one for a stretch of DNA. */
package io.ciranda.samples.lecture.labels;
