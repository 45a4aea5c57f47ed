package io.ciranda.simd;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips the tests of a run whose width this CPU does not have. */
public final class PossibleWidth implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    return Integer.getInteger(Width.PROPERTY, 0) <= preferred
        ? ConditionEvaluationResult.enabled("")
        : ConditionEvaluationResult.disabled(
            "vectors of this CPU have %d bits".formatted(preferred));
  }
}
