/**
 * What somebody is doing, told from what they wear: many frames of sensors, one label. {@link
 * io.ciranda.samples.lecture.activity.Activity} is the example.
 */
package io.ciranda.samples.lecture.activity;
