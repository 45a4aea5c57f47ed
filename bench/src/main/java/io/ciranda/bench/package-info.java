/**
 * JMH benchmarks of the engine, and the programs that run peers beside it.
 *
 * <p>Every class checks its answer in the set-up. Parameters are set with {@code -p}. Figures for
 * publication need five forks; ratios come from runs in alternation ({@link
 * io.ciranda.bench.CompareTraining}), because a shared machine changes its speed from minute to
 * minute.
 */
package io.ciranda.bench;
