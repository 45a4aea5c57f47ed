/**
 * The kernels of core with the Vector API ({@code jdk.incubator.vector}), found at run time by
 * {@code ServiceLoader}; {@link io.ciranda.simd.SimdProvider} is the only public class.
 *
 * <p>To be read from below: {@code Width} and {@code Lanes} fix the shape of a vector; {@code
 * Activations}, {@code Elementwise}, {@code Losses}, {@code Updates} are loops over arrays; {@code
 * Gates} puts a recurrent cell together from such loops; {@code Gemm} multiplies; {@code
 * VectorKernels} is all of it under core's contract.
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
 *       18,000 nodes (NodeCountInliningCutoff). An arithmetic operation takes some 430 nodes, an
 *       access to memory 450, and 650 more where it can be masked, a broadcast 150, a sigmoid
 *       11,000. So one compiled method has room for one transcendental function and a few accesses,
 *       or for six or seven accesses and some twenty operations.
 *   <li><b>What is called may be inlined, and counts.</b> Two such loops called from one hot method
 *       are one compiled method to C2. {@code Gates} says how it keeps them apart; the test {@code
 *       AllocationTest} notices when they are not.
 *   <li><b>No {@code reduceLanes(ADD)}</b>: it has no order. {@code Lanes.sum} has.
 *   <li><b>No {@code convert}</b>: it may not be compiled into an instruction. Integers and floats
 *       change places by {@code reinterpretAs} and a constant that moves the integer part to the
 *       low bits.
 * </ul>
 *
 * <p>Loops have no separate code for the last elements: they hold a mask, which is null for a whole
 * vector. That predictable branch costs less than masked instructions do (2 times for a plain sum
 * on AVX2, and NEON has none) and keeps every formula in one place.
 */
package io.ciranda.simd;
