/**
 * One interface before every engine of the inference benchmarks, so that all run the same network
 * on the same input and give comparable answers.
 *
 * <p>{@link io.ciranda.bench.peer.Peers} finds them by name. Those of other projects stand in
 * {@code src/peers}, which only the Maven profile {@code peers} builds.
 */
package io.ciranda.bench.peer;
