/**
 * Model files: the safetensors format, read with suspicion and written whole or not at all.
 *
 * <p>A file is an 8-byte little-endian header length, a JSON header that names each tensor's type,
 * shape and byte range, and the tensors' bytes (<a
 * href="https://github.com/huggingface/safetensors#format">the format</a>). A {@code state_dict}
 * saved by PyTorch is read as it is, and the other way round.
 *
 * <ul>
 *   <li>{@link io.ciranda.io.SafetensorsFile} reads. Everything that a header claims is held
 *       against the file's size before a byte is allocated for it, so a broken or hostile file
 *       costs one {@link io.ciranda.io.ModelFileException} that names the file, the tensor and the
 *       byte.
 *   <li>{@link io.ciranda.io.Elements} reads the numbers of a tensor out of a file of any format.
 *   <li>{@link io.ciranda.io.SafetensorsWriter} writes, through {@link io.ciranda.io.AtomicFile}: a
 *       crash, a full disk or a {@code kill -9} leaves either the old file or the new one.
 *   <li>{@link io.ciranda.io.ModelFormat} says which model of this library a file holds, in which
 *       version of the format.
 * </ul>
 *
 * <p>Files are read into off-heap memory in pieces and never mapped: when somebody cuts a mapped
 * file short, the next access kills the JVM; a read returns too few bytes, which is an exception.
 */
package io.ciranda.io;
