package io.signalbox.broker;

import io.signalbox.broker.filter.Filter;
import java.util.Optional;
import java.util.SplittableRandom;

/** What a consumer of a scenario wants, as a filter and as the model understands it. */
enum ScenarioWish {
    EVERYTHING(""),
    ONE_PRODUCER("text LIKE 'p0 %'"),
    SOME_NUMBERS("text LIKE '%1' OR text LIKE '%4'"),
    NOTHING("text = 'nothing'");

    private final String selector;

    ScenarioWish(String selector) {
        this.selector = selector;
    }

    /** Everything in half of the cases. */
    static ScenarioWish random(SplittableRandom random) {
        return random.nextBoolean() ? EVERYTHING : values()[random.nextInt(values().length)];
    }

    Optional<Filter> filter() {
        return selector.isEmpty() ? Optional.empty() : Optional.of(Filter.ofSelector(selector));
    }

    boolean wants(String text) {
        return switch (this) {
            case EVERYTHING -> true;
            case ONE_PRODUCER -> text.startsWith("p0 ");
            case SOME_NUMBERS -> text.endsWith("1") || text.endsWith("4");
            case NOTHING -> false;
        };
    }
}
