package io.ciranda.samples.lecture;

import io.ciranda.samples.cli.CommandGroup;
import io.ciranda.samples.lecture.activity.Activity;
import io.ciranda.samples.lecture.bptt.Bptt;
import io.ciranda.samples.lecture.bptt.Gradients;
import io.ciranda.samples.lecture.execute.Execute;
import io.ciranda.samples.lecture.labels.Dna;
import io.ciranda.samples.lecture.labels.Tagger;
import io.ciranda.samples.lecture.language.LmChar;
import io.ciranda.samples.lecture.language.LmWord;
import io.ciranda.samples.lecture.memory.Adding;
import io.ciranda.samples.lecture.memory.Gates;
import io.ciranda.samples.lecture.memory.ShortMemory;
import io.ciranda.samples.lecture.music.Music;
import io.ciranda.samples.lecture.sentiment.Sentiment;
import io.ciranda.samples.lecture.speech.Speech;
import io.ciranda.samples.lecture.units.Compare;
import io.ciranda.samples.lecture.units.Parity;
import io.ciranda.samples.lecture.units.Sum;
import io.ciranda.samples.lecture.unrolling.Unroll;
import io.ciranda.samples.lecture.video.Video;
import picocli.CommandLine.Command;

/** {@code ciranda example}: the one place where the examples are named. */
@Command(
    name = "example",
    description = {
      "The examples of the lecture, each as one command; 'ciranda examples' lists them.",
      "Leaves pictures, their numbers and a summary in a folder of its own. A result that misses what must hold is exit code 1."
    },
    subcommands = {
      Unroll.class,
      ShortMemory.class,
      Sum.class,
      Compare.class,
      Parity.class,
      Bptt.class,
      Gradients.class,
      Gates.class,
      Adding.class,
      LmChar.class,
      LmWord.class,
      Execute.class,
      Sentiment.class,
      Tagger.class,
      Dna.class,
      Speech.class,
      Music.class,
      Video.class,
      Activity.class
    })
public final class Examples extends CommandGroup {}
