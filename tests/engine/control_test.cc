#include "engine/control.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "base/fd.h"

namespace engine {
namespace {

using Ask = ControlOrder::Type;
using Answer = ControlAnswer::Type;

base::Deadline soon() { return base::Deadline::after(base::Milliseconds(200)); }

TEST(Control, OrdersAndAnswersSurviveTheirLines) {
  for (const ControlOrder& order :
       {ControlOrder{Ask::start}, ControlOrder{Ask::signal, 15}, ControlOrder{Ask::pause},
        ControlOrder{Ask::unpause}, ControlOrder{Ask::rename}, ControlOrder{Ask::retire},
        ControlOrder{Ask::end}, ControlOrder{Ask::wait}}) {
    const std::string line = encode(order);
    EXPECT_EQ(line.back(), '\n');
    EXPECT_EQ(decode_control_order(line.substr(0, line.size() - 1)), order) << line;
  }
  for (const ControlAnswer& answer :
       {ControlAnswer{Answer::ok}, ControlAnswer{Answer::idle}, ControlAnswer{Answer::unknown},
        ControlAnswer{Answer::exited, 137}}) {
    const std::string line = encode(answer);
    EXPECT_EQ(decode_control_answer(line.substr(0, line.size() - 1)), answer) << line;
  }
}

TEST(Control, WhatIsNoOrderIsNone) {
  for (const char* line :
       {"", "1", "signal 15", "2 signal 15", "1 signal", "1 signal x", "1 signal 15 16", "1 end 1",
        "1 Wait", "1  wait", "1 signal 99999999999"})
    EXPECT_FALSE(decode_control_order(line)) << line;
}

TEST(Control, AnOrderOfALaterVersionIsAnsweredSo) {
  const base::Pair sockets = base::make_socket_pair();
  base::write_all(sockets.first.get(), "2 pause\n");
  EXPECT_FALSE(receive_control(sockets.second.get(), soon()));
  std::array<std::byte, 10> answer{};
  EXPECT_TRUE(base::read_exactly(sockets.first.get(), answer));
  EXPECT_EQ(std::memcmp(answer.data(), "1 unknown\n", answer.size()), 0);
}

TEST(Control, WhoSaysNothingOrTooMuchIsNotWaitedFor) {
  const base::Pair silent = base::make_socket_pair();
  base::write_all(silent.first.get(), "1 end");
  EXPECT_FALSE(receive_control(silent.second.get(), soon()));
  const base::Pair loud = base::make_socket_pair();
  base::write_all(loud.first.get(), std::string(1000, '1'));
  EXPECT_FALSE(receive_control(loud.second.get(), base::Deadline::never()));
}

TEST(Control, WhereNobodyListensThereIsNoAnswer) {
  EXPECT_FALSE(give_order("/nonexistent/control.sock", {Ask::end}, soon()));
}

}  // namespace
}  // namespace engine
