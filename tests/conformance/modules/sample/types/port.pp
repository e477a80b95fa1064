type Sample::Port = Integer[1, 65535]
