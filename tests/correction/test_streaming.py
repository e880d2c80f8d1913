import threading
import time
from contextlib import closing

import pytest

from cloudgan_geo.correction.streaming import InOrder, ReadAhead, WriteBehind, compute_ahead


class Boom(Exception):
    pass


def threads():
    names = ("read-ahead", "write-behind", "compute-ahead")
    return [t for t in threading.enumerate() if t.name.startswith(names)]


def write_all(write, items):
    with WriteBehind(write) as sink:
        for item in items:
            sink.put(item)


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert not threads()


def test_items_come_in_order_from_another_thread():
    made_in = []

    def items():
        for item in range(20):
            made_in.append(threading.current_thread())
            yield item

    with ReadAhead(items()) as reader:
        assert list(reader) == list(range(20))
    assert threading.current_thread() not in made_in


def test_reading_is_ahead_by_a_bounded_number():
    made = []

    def items():
        for item in range(100):
            made.append(item)
            yield item

    with ReadAhead(items()) as reader:
        next(iter(reader))
        time.sleep(0.1)
        assert 2 <= len(made) <= 4


def test_an_error_of_the_reader_reaches_the_caller():
    def items():
        yield 1
        raise Boom

    with ReadAhead(items()) as reader:
        got = iter(reader)
        assert next(got) == 1
        with pytest.raises(Boom):
            next(got)


def test_leaving_early_stops_the_reader_and_closes_what_it_opened():
    closed_in = []

    def items():
        try:
            while True:
                yield 0
        finally:
            closed_in.append(threading.current_thread().name)

    with ReadAhead(items()) as reader:
        assert next(iter(reader)) == 0
    assert closed_in == ["read-ahead"]


def test_an_error_while_closing_reaches_the_caller():
    def items():
        try:
            yield 1
        finally:
            raise Boom

    with pytest.raises(Boom), ReadAhead(items()) as reader:
        list(reader)


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_with_their_items_in_order(workers):
    def slow_square(item):
        time.sleep(0.01 * (item % 3))
        return item * item

    begun = []
    results = compute_ahead(slow_square, range(20), workers, lambda: begun.append(1))
    assert list(results) == [(item, item * item) for item in range(20)]
    assert 1 <= len(begun) <= workers


def test_computing_is_ahead_by_a_bounded_number():
    taken = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    with closing(compute_ahead(abs, items(), 2)) as results:
        next(results)
        time.sleep(0.1)
        assert 3 <= len(taken) <= 6


def test_an_error_of_a_computation_comes_in_its_place():
    results = compute_ahead(lambda item: 6 // item, [3, 2, 0, 1], 2)
    assert [next(results), next(results)] == [(3, 2), (2, 3)]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_closing_drops_what_is_not_begun():
    begun = []

    def compute(item):
        begun.append(item)
        time.sleep(0.05)

    with closing(compute_ahead(compute, range(100))) as results:
        next(results)
    assert len(begun) <= 3


def test_writes_happen_in_order_and_are_done_on_leaving():
    written = []

    def write(item):
        time.sleep(0.001)
        written.append(item)

    write_all(write, range(20))
    assert written == list(range(20))


@pytest.mark.parametrize("failing", [0, 5, 19])
def test_an_error_of_the_writer_reaches_the_caller(failing):
    def write(item):
        if item == failing:
            raise Boom

    with pytest.raises(Boom):
        write_all(write, range(20))


def test_an_error_of_the_caller_drops_what_waits():
    written = []
    started = threading.Event()

    def write(item):
        started.set()
        time.sleep(0.05)
        written.append(item)

    def fail_while_writing():
        with WriteBehind(write) as sink:
            sink.put(0)
            started.wait()
            sink.put(1)
            raise Boom

    with pytest.raises(Boom):
        fail_while_writing()
    assert written == [0]


def test_the_first_error_wins():
    def write(item):
        raise ValueError("of the writer")

    def fail_after_writing():
        with WriteBehind(write) as sink:
            sink.put(0)
            raise Boom

    with pytest.raises(Boom):
        fail_after_writing()


def test_items_of_several_threads_are_handed_over_in_their_order():
    taken = []
    in_order = InOrder(taken.append)
    in_order.put(1, "b")
    assert taken == []
    in_order.put(0, "a")
    assert taken == ["a", "b"]

    def put(number):
        time.sleep(0.002 * (number % 3))
        in_order.put(number, number)

    for number, _ in compute_ahead(put, range(2, 40), 3):
        assert taken[-1] >= number
    assert taken == ["a", "b", *range(2, 40)]
