/** Names neither {@code io.ciranda.simd} nor the Vector API: core finds them. */
module com.example.consumer {
  requires io.ciranda.core;
}
