/**
 * Text as token ids. {@link io.ciranda.text.Vocabulary} is for language models, which read one long
 * text by characters or words; {@link io.ciranda.text.TextCodec} is for models that read and write
 * sentences, by words, characters or {@link io.ciranda.text.BytePairEncoding subwords}, and gives
 * the sentence back as it was. {@link io.ciranda.text.Bleu}, {@link io.ciranda.text.Chrf} and
 * {@link io.ciranda.text.EditDistance} compare what was found with what was wanted. Reading files
 * is the caller's.
 */
package io.ciranda.text;
