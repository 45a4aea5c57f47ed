/**
 * What the tests share: a forward pass in plain double arithmetic that knows nothing of the engine
 * ({@link io.ciranda.testing.Reference}), the comparison of the tape's gradients with central
 * differences of it ({@link io.ciranda.testing.GradientCheck}), PyTorch's golden files and second
 * JVMs.
 */
package io.ciranda.testing;
