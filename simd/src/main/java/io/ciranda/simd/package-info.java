/**
 * The kernels of core with the Vector API ({@code jdk.incubator.vector}), found at run time by
 * {@code ServiceLoader}; {@link io.ciranda.simd.SimdProvider} is the only public class.
 *
 * <p>To be read from below: {@code Width} and {@code Lanes} fix the shape of a vector; {@code
 * Loops} runs a loop over arrays of any length; {@code Activations}, {@code Elementwise}, {@code
 * Losses}, {@code Updates} are such loops; {@code Gates} puts the recurrent cells together from
 * them; {@code Gemm} multiplies; {@code VectorKernels} is all of it under core's contract.
 *
 * <p>The code is as plain as it is because the compiler asks for it (measured with JDK 25.0.3, Zen
 * 4, November 2026). A vector is an object that C2 must dissolve; where it cannot, the result is
 * still right, at a fifth of the speed and with garbage. So:
 *
 * <ul>
 *   <li><b>Static methods, vectors in locals</b>, and every species a {@code static final}.
 *   <li><b>Addresses, not segments.</b> Memory is reached through one constant segment; the checks
 *       of a {@code MemorySegment} parameter alone cost more than a short kernel may.
 *   <li><b>Short methods.</b> C2 stops inlining ordinary methods, such as {@code Lanes.load}, at
 *       18,000 nodes (NodeCountInliningCutoff). An arithmetic operation or an access to memory
 *       takes some 430 nodes, a broadcast 150, a compare and blend 1,000, a sigmoid 11,000. So one
 *       compiled method has room for one transcendental function and a few accesses, or for 40
 *       accesses and operations. Only calls of the Vector API itself are inlined beyond that.
 *   <li><b>What is called may be inlined, and counts.</b> Two loops called from one hot method
 *       would be one compiled method. {@code Loops} says how they are kept apart; {@code
 *       AllocationTest} fails when they are not.
 *   <li><b>A vector that a loop carries is never a receiver.</b> {@code v.add(sum)}, not {@code
 *       sum.add(v)}; after the loop, {@code VECTOR.cast(sum)}: see {@code Lanes.VECTOR}.
 *   <li><b>One way to a vector.</b> No local is a masked load on one branch and a whole one on the
 *       other: depending on the profile, the merged vector is built as an object each time.
 *   <li><b>No {@code reduceLanes(ADD)}</b>: it has no order. Lanes are stored and added up one by
 *       one, in double, or halved by {@code Lanes.sum}, which takes a third of the time.
 *   <li><b>No {@code convert}</b>: it may not be compiled into an instruction. Integers and floats
 *       change places by {@code reinterpretAs} and a constant that moves the integer part to the
 *       low bits.
 * </ul>
 */
package io.ciranda.simd;
