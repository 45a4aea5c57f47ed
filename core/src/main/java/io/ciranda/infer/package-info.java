/**
 * Inference: a {@link io.ciranda.infer.Model}, packed once and shared, and its {@link
 * io.ciranda.infer.Session sessions}, one for each stream or batch of streams; and decoding, how
 * the next symbol is chosen from a model's scores.
 *
 * <p>What can be relied on, each with a test:
 *
 * <ul>
 *   <li>Any number of threads may share a model. Each output has the bits that one thread alone
 *       gets, step by step or in sequences, alone or in a batch, whatever the number of threads.
 *       (With int8 weights, and sequences on several threads, the bits are those of that number.)
 *   <li>After its first call of a size a session takes no memory, on the heap or off it.
 *   <li>A session is used by one thread at a time and may go from thread to thread; a second one at
 *       the same time gets an {@link java.lang.IllegalStateException}, and nothing is changed. A
 *       virtual thread is as good as any other. It keeps its carrier until the call returns.
 *   <li>A model that is closed makes no new sessions; the others go on, and the last to be closed
 *       gives the weights back. What nobody closes, the garbage collector does: a session's memory,
 *       its threads, and the weights. When, is not said: the heap does not know how much is off it.
 *   <li>A single step never starts or awaits a thread. Whole sequences run on as many threads as
 *       the model was made for, each session with its own, but on no more than the CPUs that the
 *       JVM sees. A container with a quota of at most one CPU has one: there nobody spins. The JVM
 *       rounds a quota up: with one and a half, two threads share what there is, and one is enough.
 *   <li>A size that is wrong, a symbol outside the vocabulary, memory that is closed, an output
 *       over the input: an exception before the first step, with expected and actual; the state is
 *       as before.
 *   <li>NaN stays in its stream: its outputs are NaN until it is reset, the others in the batch
 *       have the bits that they have without it.
 * </ul>
 *
 * <p>{@code ciranda soak} tries the first two for as long as one likes.
 */
package io.ciranda.infer;
