/**
 * Labelled sequences in, a model out: for those who do not want to know how the engine works.
 *
 * <ul>
 *   <li>{@link io.ciranda.sequence.SequenceClassifier}: a label for a sequence.
 * </ul>
 */
package io.ciranda.sequence;
