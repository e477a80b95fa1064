#### 001
notice(0x1F)
#### 002
notice(0777)
#### 003
notice(-5 % 3)
#### 004
notice(5 / 2)
#### 005
notice(-5 / 2)
#### 006
notice(5.0 / 2)
#### 007
notice(1e3)
#### 008
notice(1.5e-2)
#### 009
notice(1 << 4)
#### 010
notice(256 >> 2)
#### 011
notice(7 % -3)
#### 012
notice(2 + 3 * 4)
#### 013
notice((2 + 3) * 4)
#### 014
notice(10 - 2 - 3)
#### 015
notice(1 + 1.0)
#### 016
notice('3' + 4)
#### 017
notice('0x10' + 1)
#### 018
notice('010' + 1)
#### 019
notice('1.5' + 1)
#### 020
notice(1 / 0)
#### 021
notice(1.0 / 0)
#### 022
notice('abc' + 1)
#### 023
notice(9223372036854775807 + 1)
#### 024
notice(-2 * -3)
#### 025
notice(- 5)
#### 026
notice(08)
#### 027
notice(0xZZ)
#### 028
notice(1.)
#### 029
notice(12abc)
#### 030
notice(5.5 % 2)
#### 031
notice(1.0 == 1)
#### 032
notice(1 == '1')
#### 033
notice(0.1 + 0.2)
#### 034
notice(1e400)
#### 035
notice(100000000000000000000)
#### 036
notice(1.0)
#### 037
notice(10.50)
#### 038
notice(1e20)
#### 039
notice(1e-7)
#### 040
notice(123456789.123)
#### 041
notice(-0.0)
#### 042
notice(3 - -3)
