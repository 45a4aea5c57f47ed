package io.ciranda.samples.table;

import io.ciranda.sequence.SequenceSession;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A stream for each id. When there are as many as there may be, that of the id whose last row is
 * the longest ago begins anew for the next id: memory is taken while ids come, never more.
 */
final class Sessions implements AutoCloseable {
  private final TaskModel model;
  private final int most;
  private final Map<String, Stream> streams = new LinkedHashMap<>(16, 0.75f, true);
  private long forgotten;

  /** One id's rows. */
  static final class Stream {
    private final SequenceSession session;
    private double lastTime;
    private String lastTimeText;

    private Stream(SequenceSession session) {
      this.session = session;
      restart();
    }

    private Stream restart() {
      session.reset();
      lastTime = Double.NEGATIVE_INFINITY;
      lastTimeText = "";
      return this;
    }

    /** Reads a row. */
    SequenceSession step(RowReader row) {
      double time = row.time();
      if (time < lastTime) {
        throw row.late(lastTimeText);
      }
      lastTime = time;
      lastTimeText = row.timeText();
      session.step(row.numbers(), row.names());
      return session;
    }
  }

  Sessions(TaskModel model, int most) {
    this.model = model;
    this.most = most;
  }

  /** That of an id. */
  Stream of(String id) {
    Stream stream = streams.get(id);
    if (stream == null) {
      stream = streams.size() < most ? new Stream(model.newSession()) : evict();
      streams.put(id, stream);
    }
    return stream;
  }

  private Stream evict() {
    forgotten++;
    return streams.remove(streams.keySet().iterator().next()).restart();
  }

  /** How many ids were forgotten for others. */
  long forgotten() {
    return forgotten;
  }

  /** How many ids are remembered. */
  int size() {
    return streams.size();
  }

  @Override
  public void close() {
    streams.values().forEach(stream -> stream.session.close());
  }
}
