/**
 * Off-heap memory: who owns it, how long it lives, and how kernels see it.
 *
 * <ul>
 *   <li>{@link io.ciranda.memory.Tensor}: float32, row-major, contiguous, 64-byte aligned. {@link
 *       io.ciranda.memory.IntTensor}: the same for token ids and lengths.
 *   <li>{@link io.ciranda.memory.Workspace}: a bump allocator for everything that lives for one
 *       training step. {@code reset} makes all of it free again at once; a tensor from before the
 *       reset is <em>stale</em> and every use of it throws.
 *   <li>{@link io.ciranda.memory.Memory}: raw access by address, for kernels only.
 * </ul>
 *
 * <p><b>Checked at the front door, trusted inside.</b> A tensor checks its lifetime whenever its
 * address is asked for, and operations check shapes before they call a kernel. Kernels then work on
 * plain {@code long} addresses through one segment that spans the address space. That is not a
 * matter of taste: the same 4x4 product tile ran at 100 GFLOP/s on addresses and at 15 GFLOP/s on
 * three {@code MemorySegment} parameters, because the bounds and session checks of 40 segment
 * accesses exhaust C2's inlining budget (JDK 25.0.3, Zen 4, November 2026). One constant segment
 * also cannot pollute a kernel's profile, whichever arena the memory came from.
 */
package io.ciranda.memory;
