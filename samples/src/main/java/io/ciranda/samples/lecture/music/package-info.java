/**
 * Polyphonic music: many keys sound in a frame, and each is expected by itself
 * (Boulanger-Lewandowski et al. 2012). {@link io.ciranda.samples.lecture.music.Music} is the
 * example, {@code MusicModel} its network.
 */
package io.ciranda.samples.lecture.music;
