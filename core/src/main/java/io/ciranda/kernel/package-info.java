/**
 * The arithmetic: a contract, its readable reference, and the choice of who does what.
 *
 * <ul>
 *   <li>{@link io.ciranda.kernel.Kernels}: the contract. Coarse calls on raw addresses; the scalar
 *       reference {@link io.ciranda.kernel.ScalarKernels} stands here, the Vector API
 *       implementation in the {@code simd} module. The fast one may only be faster: tests hold one
 *       against the other.
 *   <li>{@link io.ciranda.kernel.MatMul}: general matrix products, by OpenBLAS or the kernels,
 *       whoever is faster.
 *   <li>{@link io.ciranda.kernel.PackedMatrix}: a right-hand side laid out for the small products
 *       of a recurrent step.
 *   <li>{@link io.ciranda.kernel.Backend}: one choice of all of these, made once, in one method.
 * </ul>
 *
 * <p>Conventions: outputs first, inputs after, sizes last. {@code dx} is the gradient of {@code x};
 * backward calls <em>accumulate</em> where their text says {@code +=}. A row-major matrix {@code
 * [rows][n]} has leading dimension {@code ld}, in elements. Addresses are bytes, all counts are
 * elements.
 *
 * <p>Every kernel gives the same bits each time it is called with the same input, interpreted or
 * compiled: sums are formed in an order that the code fixes, never with {@code reduceLanes(ADD)}.
 */
package io.ciranda.kernel;
