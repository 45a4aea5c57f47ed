package io.ciranda.samples.translate;

import com.ibm.icu.text.DateFormat;
import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.TimeZone;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * English and French that ICU writes: numbers from 0 to 999,999 in words, and dates from 1900 to
 * 2099. Right without exception, and as many as one likes.
 *
 * <p>No number and no date is in two of the four texts. Numbers have 3, 4, 5 or 6 digits equally
 * often, so that short ones occur; those below 100, which have most of the words, are all learned
 * from.
 *
 * @param train numbers and dates to learn from
 * @param valid numbers and dates to tell the best model
 * @param numbers to be measured on
 * @param dates to be measured on
 */
record BuiltInPairs(
    ParallelText train, ParallelText valid, ParallelText numbers, ParallelText dates) {
  /** Draws of numbers to learn from; where one comes twice it is learned once. */
  private static final int NUMBERS = 20_000;

  private static final int DATES = 4_000;
  private static final int TESTED_NUMBERS = 1_000;
  private static final int TESTED_DATES = 500;
  private static final int VALIDATED = 300; // of each kind

  private static final int LEARNED_BELOW = 100;
  private static final int[] POWERS = {100, 1_000, 10_000, 100_000, 1_000_000};
  private static final long FIRST_DAY = java.time.LocalDate.of(1900, 1, 1).toEpochDay();
  private static final long LAST_DAY = java.time.LocalDate.of(2099, 12, 31).toEpochDay();
  private static final long MILLIS_OF_DAY = 86_400_000;

  /** The pairs of a seed. */
  static BuiltInPairs of(long seed) {
    var random = new SplittableRandom(seed);
    LongSupplier number =
        () -> {
          int digits = random.nextInt(POWERS.length - 1);
          return random.nextLong(POWERS[digits], POWERS[digits + 1]);
        };
    LongSupplier day = () -> random.nextLong(FIRST_DAY, LAST_DAY + 1);
    Set<Long> taken = new LinkedHashSet<>();
    List<Long> testNumbers = distinct(number, TESTED_NUMBERS, taken);
    List<Long> validNumbers = distinct(number, VALIDATED, taken);
    Set<Long> numbers = new LinkedHashSet<>();
    LongStream.range(0, LEARNED_BELOW).forEach(numbers::add);
    LongStream.generate(number)
        .limit(NUMBERS)
        .filter(n -> !taken.contains(n))
        .forEach(numbers::add);
    Set<Long> days = new LinkedHashSet<>();
    List<Long> testDays = distinct(day, TESTED_DATES, days);
    List<Long> validDays = distinct(day, VALIDATED, days);
    List<Long> trainDays = distinct(day, DATES, days);
    return new BuiltInPairs(
        join(inWords(numbers), asDates(trainDays)),
        join(inWords(validNumbers), asDates(validDays)),
        inWords(testNumbers),
        asDates(testDays));
  }

  /** New values, which then are taken. */
  private static List<Long> distinct(LongSupplier values, int count, Set<Long> taken) {
    return LongStream.generate(values).filter(taken::add).limit(count).boxed().toList();
  }

  private static ParallelText inWords(Collection<Long> numbers) {
    return pairs(numbers, spelled(ULocale.ENGLISH), spelled(ULocale.FRENCH));
  }

  private static LongFunction<String> spelled(ULocale language) {
    return new RuleBasedNumberFormat(language, RuleBasedNumberFormat.SPELLOUT)::format;
  }

  private static ParallelText asDates(Collection<Long> days) {
    return pairs(days, dated(ULocale.ENGLISH), dated(ULocale.FRENCH));
  }

  /** Days are counted from 1970 on. */
  private static LongFunction<String> dated(ULocale language) {
    DateFormat format = DateFormat.getDateInstance(DateFormat.FULL, language);
    format.setTimeZone(TimeZone.GMT_ZONE);
    return day -> format.format(Long.valueOf(day * MILLIS_OF_DAY));
  }

  private static ParallelText pairs(
      Collection<Long> values, LongFunction<String> source, LongFunction<String> target) {
    return new ParallelText(
        values.stream().map(source::apply).toList(), values.stream().map(target::apply).toList());
  }

  private static ParallelText join(ParallelText a, ParallelText b) {
    List<String> sources = new ArrayList<>(a.sources());
    sources.addAll(b.sources());
    List<String> targets = new ArrayList<>(a.targets());
    targets.addAll(b.targets());
    return new ParallelText(sources, targets);
  }
}
