/**
 * {@code ciranda soak}: sessions for a long time, on many threads, every output compared bit for
 * bit and the memory watched. For those who want to know before they rely on it.
 */
package io.ciranda.samples.soak;
