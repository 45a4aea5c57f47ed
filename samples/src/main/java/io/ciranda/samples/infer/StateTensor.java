package io.ciranda.samples.infer;

import io.ciranda.infer.Session;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Architecture.Layer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * States of a session as a tensor of a file: those of all layers {@code [L*D][B][H]} where the
 * layers are alike, else {@code [B][H]} for each direction.
 *
 * @param cell whether it is c, not h
 * @param suffix of the tensor's name: none, or a point and the number of the direction
 * @param hidden H
 * @param places the directions whose states it has
 */
record StateTensor(boolean cell, String suffix, int hidden, List<Place> places) {
  /** A direction of a layer. */
  record Place(int layer, int direction) {}

  /** All states that such a network has. */
  static List<StateTensor> of(Architecture sizes) {
    List<Layer> layers = sizes.layers();
    Layer first = layers.getFirst();
    boolean alike =
        layers.stream().allMatch(l -> l.cell() == first.cell() && l.hidden() == first.hidden());
    var places = new ArrayList<Place>();
    for (int l = 0; l < layers.size(); l++) {
      for (int d = 0; d < layers.get(l).directions(); d++) {
        places.add(new Place(l, d));
      }
    }
    var tensors = new ArrayList<StateTensor>();
    if (alike) {
      add(tensors, first, "", places);
    } else {
      for (int i = 0; i < places.size(); i++) {
        Place place = places.get(i);
        add(tensors, layers.get(place.layer), "." + i, List.of(place));
      }
    }
    return tensors;
  }

  private static void add(
      List<StateTensor> tensors, Layer layer, String suffix, List<Place> places) {
    tensors.add(new StateTensor(false, suffix, layer.hidden(), places));
    if (layer.cell().hasCellState()) {
      tensors.add(new StateTensor(true, suffix, layer.hidden(), places));
    }
  }

  /**
   * The tensor's name.
   *
   * @param time 0 before a run, n after it
   */
  String name(char time) {
    return (cell ? "c" : "h") + time + suffix;
  }

  /** The tensor's shape for B sequences. */
  int[] shape(int batch) {
    return suffix.isEmpty() ? new int[] {places.size(), batch, hidden} : new int[] {batch, hidden};
  }

  /** Sets the states of a session to those before a run, of that shape, in a file. */
  void set(Session session, SafetensorsFile file) throws IOException {
    try (Tensor states = file.load(name('0'))) {
      Tensor directions = directions(states, session.rows());
      for (int i = 0; i < places.size(); i++) {
        Place place = places.get(i);
        float[] values = directions.rows(i, i + 1).toArray();
        if (cell) {
          session.setCell(place.layer, place.direction, values);
        } else {
          session.setHidden(place.layer, place.direction, values);
        }
      }
    }
  }

  /** The states of a session, for the caller to close. */
  Tensor get(Session session) {
    Tensor states = Tensor.allocate(shape(session.rows()));
    Tensor directions = directions(states, session.rows());
    for (int i = 0; i < places.size(); i++) {
      Place place = places.get(i);
      directions
          .rows(i, i + 1)
          .copyFrom(
              cell
                  ? session.cell(place.layer, place.direction)
                  : session.hidden(place.layer, place.direction));
    }
    return states;
  }

  private Tensor directions(Tensor states, int batch) {
    return states.reshape(places.size(), batch, hidden);
  }
}
