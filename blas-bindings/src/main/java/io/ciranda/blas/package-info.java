/**
 * OpenBLAS for Java, through the Foreign Function and Memory API: no JNI, no generated code, no
 * dependency but the native library itself.
 *
 * <pre>{@code
 * try (Arena arena = Arena.ofConfined()) {      // C[2][2] = A[2][3] B[3][2]
 *   MemorySegment a = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
 *   MemorySegment b = arena.allocateFrom(JAVA_FLOAT, 1, 0, 0, 1, 1, 1);
 *   MemorySegment c = arena.allocate(JAVA_FLOAT, 4);
 *   if (Blas.isAvailable()) {
 *     Blas.sgemm(false, false, 2, 2, 3, 1f, a, 3, b, 2, 0f, c, 2);
 *     System.out.println(Arrays.toString(c.toArray(JAVA_FLOAT))); // [4.0, 5.0, 10.0, 11.0]
 *   } else {
 *     System.out.println(Blas.diagnostics());     // what was tried, why not, what to type
 *   }
 * }
 * }</pre>
 *
 * <p>{@link io.ciranda.blas.Blas} is all that a user needs: every matrix is row-major and off-heap,
 * an offset is a slice of a segment, and sizes are checked before anything native runs. It may be
 * called from any number of threads, virtual ones too. OpenBLAS itself runs on one thread unless
 * told otherwise: parallel callers then do not fight over the cores.
 *
 * <p>{@link io.ciranda.blas.BlasLibrary} decides which OpenBLAS is loaded. It reads these system
 * properties once:
 *
 * <ul>
 *   <li>{@code ciranda.blas.library}: a file, or a name that the system's loader knows: this one or
 *       an error; {@code system}: an installed one or an error; {@code bundled}: the one on the
 *       class path or an error; {@code none}: do without. Unset: the system's, else the bundled.
 *   <li>{@code ciranda.blas.threads}: OpenBLAS's own threads, 1 unless set.
 *   <li>{@code ciranda.cache}: folder where bundled natives are unpacked, else the user's cache.
 * </ul>
 *
 * <p>Start java with {@code --enable-native-access=ALL-UNNAMED} to be spared its warning. Bundled
 * natives are those of {@code org.bytedeco:openblas}; this module brings the classifier {@code
 * linux-x86_64}, add another for another platform.
 */
package io.ciranda.blas;
