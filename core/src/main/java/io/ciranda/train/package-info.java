/**
 * Training: how gradients of batch slices become one update, and everything around that.
 *
 * <ul>
 *   <li>{@link io.ciranda.train.DataParallel}: one training step. Each thread runs forward and
 *       backward on its slice of the batch with a tape, a workspace and gradients of its own; then
 *       the gradients are summed, clipped and applied, each thread over its share of the flat
 *       arrays.
 *   <li>{@link io.ciranda.train.Batches}: what an epoch's steps are of.
 *   <li>{@link io.ciranda.train.Optimizer}, {@link io.ciranda.train.Clipping}, {@link
 *       io.ciranda.train.Schedule}: what is done with a gradient.
 *   <li>{@link io.ciranda.train.AveragedWeights}: weights of all steps in one model.
 *   <li>{@link io.ciranda.train.Patience}: when validation says to go slower, and when to stop.
 * </ul>
 *
 * <p><b>Same seed and thread count, same bits.</b> Slices are summed in the order of their threads,
 * norms in chunks of a fixed size in their order; all that is random is a function of the seed and
 * the step's number; nothing depends on measured time.
 */
package io.ciranda.train;
