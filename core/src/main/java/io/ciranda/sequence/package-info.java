/**
 * Labelled sequences in, a model out: for those who do not want to know how the engine works.
 *
 * <ul>
 *   <li>{@link io.ciranda.sequence.SequenceClassifier}: a label for a sequence.
 *   <li>{@link io.ciranda.sequence.SequenceTagger}: a label for each step.
 *   <li>{@link io.ciranda.sequence.SequenceTranscriber}: fewer labels than steps, in order.
 *   <li>{@link io.ciranda.sequence.SequenceForecaster}: numbers for a sequence, or the next steps
 *       of a series; means or quantiles.
 *   <li>{@link io.ciranda.sequence.SequenceLanguageModel}: the next symbol of a text, or the next
 *       event of a stream.
 * </ul>
 *
 * <p>Each has {@code fit}, {@code estimate}, {@code evaluate}, {@code predict}, {@code save},
 * {@code load} and {@code newSession}, which a transcriber lacks, and does what {@link
 * io.ciranda.sequence.SequenceOptions} says. All but the language model, which reads text and is a
 * face of {@link io.ciranda.model}, read {@link io.ciranda.sequence.Sequence}s in {@link
 * io.ciranda.sequence.Example}s. What can be relied on, each with a test:
 *
 * <ul>
 *   <li>The same examples, options, seed and number of threads give the same bits, on the same
 *       kernels.
 *   <li>{@code predict} and sessions run on {@link io.ciranda.infer}, not on the tape of training:
 *       a sequence alone, in a list, or step by step has the same answer, bit for bit, before
 *       {@code save} and after {@code load}. A step of a session allocates nothing, but where names
 *       are read letter by letter; where a model reads from both ends or has a CRF, a session keeps
 *       the steps, and runs over them when it is asked: {@link
 *       io.ciranda.sequence.SequenceSession}.
 *   <li>The weights at the end are those with the least validation loss.
 *   <li>Numbers are standardised by the training examples; NaN is a number that is missing: it
 *       becomes the mean, and in a column where training missed some, a feature of its own says so.
 *   <li>A symbol that training has not seen, or too rarely, is the unknown one, which the network
 *       has learned to read by meeting it at random.
 *   <li>Examples that cannot be learned from are refused with the number of the first of them.
 * </ul>
 *
 * <p>A model may begin with what another one has learned, a language model above all, which needs
 * no labels: {@link io.ciranda.sequence.Beginning}.
 *
 * <p>Below them: {@code Split} parts the examples, {@code Encoder} turns sequences into features
 * and rows, {@code Targets} says what outputs mean, {@code SequenceNetwork} is the forward pass to
 * the loss, {@code Fitting} and {@code Trainer} train any of them, {@code SequenceModel} runs the
 * result, {@code SequenceFile} keeps it; {@code Checkpoint} keeps a training. A further kind of
 * model needs a class beside the first four, and nothing else.
 */
package io.ciranda.sequence;
