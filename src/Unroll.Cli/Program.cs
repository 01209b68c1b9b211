Console.WriteLine("unroll");
