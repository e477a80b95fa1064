#### 001
notice(true and false)
#### 002
notice(true or fail('never'))
#### 003
notice(false and fail('never'))
#### 004
true
#### 005
''
#### 006
undef
#### 007
0
#### 008
notice('' and true)
#### 009
notice(undef or false)
#### 010
notice([] and true)
#### 011
notice((1 == 1) and (2 > 1) or false)
#### 012
notice(not true)
#### 013
'false'
#### 014
notice(1 and 'a')
#### 015
notice(true == (1 == 1))
#### 016
1 == 2
#### 017
(1 == 2)
