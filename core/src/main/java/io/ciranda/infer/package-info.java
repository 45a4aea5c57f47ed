/** Decoding: how the next symbol is chosen from a model's scores. */
package io.ciranda.infer;
