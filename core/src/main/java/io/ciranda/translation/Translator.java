package io.ciranda.translation;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Workspace;
import io.ciranda.parallel.Team;
import io.ciranda.text.TextCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Translates with a model, as its weights are when this is made. Sentences of like length are
 * decoded together; what a sentence becomes hangs neither on the others nor on the threads, but for
 * rounding: products of other sizes may add in another order.
 *
 * <p>One thread at a time may call it; it uses a team of its own.
 */
public final class Translator implements AutoCloseable {
  /** Source symbols decoded together at most, so that memory stays bounded for long lines. */
  private static final int SYMBOLS_AT_ONCE = 8192;

  private final TranslationModel model;
  private final Decoding options;
  private final int batch;
  private final Team team;
  private final TranslationNetwork network; // over the model's parameters
  private final PackedMatrix output; // [E][Vt]
  private final List<BeamSearch> searches = new ArrayList<>(); // of each thread

  /** A translator with the weights as they are. */
  public Translator(TranslationModel model, Decoding options, int batch, int threads) {
    this(model, options, batch, threads, Precision.F32);
  }

  /**
   * A translator.
   *
   * @param model stays the caller's; its weights must not change while this is used
   * @param batch sentences decoded together at most
   * @param threads that decode batches side by side
   * @param precision of the weights in products: a sentence by itself takes the time of reading
   *     them all at every step
   */
  public Translator(
      TranslationModel model, Decoding options, int batch, int threads, Precision precision) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch: expected at least 1, actual " + batch);
    }
    this.model = model;
    this.options = options;
    this.batch = batch;
    team = new Team(threads);
    Backend backend = model.backend().withPrecision(precision);
    network = TranslationNetwork.of(model.config(), model.parameters(), backend);
    network.refresh(0, 1);
    try (var scratch = new Workspace("folding")) {
      network.fold(Tape.inference(backend, scratch));
    }
    output = backend.packed(model.config().embedding(), model.target().size());
    output.packTransposed(model.outputWeight().value());
    for (int i = 0; i < threads; i++) {
      searches.add(new BeamSearch(model, network, output, options));
    }
  }

  /** Translates one sentence. */
  public Translation translate(String sentence) {
    return translate(List.of(sentence)).getFirst();
  }

  /** Translates sentences, each by itself; an empty one stays empty. */
  public List<Translation> translate(List<String> sentences) {
    return translate(sentences, 0);
  }

  /**
   * Translates sentences of a longer text.
   *
   * @param first how many come before them: a sampled text is the same however it is cut
   */
  public List<Translation> translate(List<String> sentences, long first) {
    List<int[]> sources = sentences.stream().map(model.source()::encode).toList();
    List<List<Hypothesis>> found = decode(sources, first);
    var translations = new ArrayList<Translation>();
    for (int i = 0; i < sources.size(); i++) {
      translations.add(
          found.get(i).isEmpty()
              ? Translation.EMPTY
              : translation(sentences.get(i), found.get(i).getFirst()));
    }
    return translations;
  }

  /**
   * Decodes sentences given as ids.
   *
   * @return the hypotheses of each, the best first; none for an empty sentence
   */
  public List<List<Hypothesis>> decode(List<int[]> sources) {
    return decode(sources, 0);
  }

  private List<List<Hypothesis>> decode(List<int[]> sources, long first) {
    var results = new ArrayList<List<Hypothesis>>();
    sources.forEach(source -> results.add(List.of()));
    List<List<Integer>> batches = batches(sources);
    var next = new AtomicInteger();
    team.run(
        worker -> {
          for (int i; (i = next.getAndIncrement()) < batches.size(); ) {
            List<Integer> members = batches.get(i);
            List<int[]> some = members.stream().map(sources::get).toList();
            long[] seeds =
                members.stream().mapToLong(member -> options.seed() + first + member).toArray();
            List<List<Hypothesis>> found = searches.get(worker).decode(some, seeds);
            for (int k = 0; k < members.size(); k++) {
              results.set(members.get(k), found.get(k));
            }
          }
        });
    return results;
  }

  /** The numbers of the sentences of each batch, the longest first. */
  private List<List<Integer>> batches(List<int[]> sources) {
    List<Integer> order =
        IntStream.range(0, sources.size())
            .filter(i -> sources.get(i).length > 0)
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> sources.get(i).length).reversed())
            .toList();
    var batches = new ArrayList<List<Integer>>();
    for (int from = 0; from < order.size(); ) {
      int longest = sources.get(order.get(from)).length + 1;
      int size = Math.clamp(SYMBOLS_AT_ONCE / longest, 1, batch);
      int to = Math.min(from + size, order.size());
      batches.add(order.subList(from, to));
      from = to;
    }
    return batches;
  }

  private Translation translation(String sentence, Hypothesis best) {
    var source = new ArrayList<>(model.source().split(sentence));
    var target = new ArrayList<String>();
    for (int t = 0; t < best.ids().length; t++) {
      int id = best.ids()[t];
      boolean isCopied =
          id == TextCodec.UNKNOWN_ID
              && options.unknown() == Decoding.Unknown.COPY
              && best.attention().length > 0;
      target.add(isCopied ? lookedAt(source, best.attention()[t]) : model.target().symbol(id));
    }
    String text = model.target().join(target);
    source.add(TextCodec.END);
    if (best.isFinished()) {
      target.add(TextCodec.END);
    }
    return new Translation(
        text, source, target, best.logProbability(), best.isFinished(), best.attention());
  }

  /** The source symbol that was looked at most, {@code </s>} apart. */
  private static String lookedAt(List<String> source, float[] weights) {
    int most = 0;
    for (int j = 1; j < source.size(); j++) {
      most = weights[j] > weights[most] ? j : most;
    }
    return source.get(most);
  }

  @Override
  public void close() {
    searches.forEach(BeamSearch::close);
    output.close();
    network.close();
    team.close();
  }
}
