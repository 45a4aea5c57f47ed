/** OpenBLAS for Java; useful by itself. */
module io.ciranda.blas {
  exports io.ciranda.blas;
}
