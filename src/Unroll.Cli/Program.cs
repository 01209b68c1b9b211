return Unroll.Cli.CommandLine.Run(args);
