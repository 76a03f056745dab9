/// Keys that openssl made for these tests, and that nothing else knows.
enum OutsideKeyFiles {
    static let ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIBY3ORmUPvTufhVjwJeSZ4fZdwpxrc99YAltuBSGg+1U
        -----END PRIVATE KEY-----
        """

    static let p256 = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYvZTt9kpwhilYQmu
        mY1dWHL+9WqXTYdDPY+wXx/7LLehRANCAATyNMBkTpsjAARLVUiehq3vibN8p3R3
        3eW0VJMrcUV4lHpALWbOnz7gv7JGhVr+82ZQsBJP848O01srdTN2oEAe
        -----END PRIVATE KEY-----
        """

    static let p256SEC1 = """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIBDe3lCZSmHs/ij+XDOgn7k/8uDAMu1QrSjdCfPk5hUioAoGCCqGSM49
        AwEHoUQDQgAExHTU7LpIlZ+cdQNXqmKxNQGGkDRl+z9vv0wAGwyiFXxenTA2n7vL
        +Va6rw6IzgbMjy1nWf9ahPxwx+FASmn7Nw==
        -----END EC PRIVATE KEY-----
        """

    static let rsa2048 = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCtfeT8DOVjPTae
        G3zZLGrSRoc1eUARGLoTQK2sdeMSQEl9/V+Xsl2pizYwIzichdJ8cDQNO57CWm3i
        6yaXiqwbf2GQ95c+y+s7DJh6CuAwex1zChRj9DlBuWfMklwKE+T7D/D/UA6McUNh
        KfIoX1iusrNCUDBk/sa4DZ+lnWastkHK+Q0KIQ3ePbRad4U4B7IthJRkRUQxPENw
        uqz8nOmHqcY0tiDsHRw0CImByo5YJ8PKnuXS6TH3u9gUXh9HojHtv0iiVERr7z5n
        Bp9K1k6S7STE6ShS8OwJqbQm3pqxnqrzcRhElS4WvrVVEoCz4bZ1qhydKpQ+StNR
        hQKovFo7AgMBAAECggEABjiTc25K82oIgVbe/TKYif25b3Nvlq1aTsJs99gqUkc3
        22qweNIOhbvWL5ezufkaeRfU5fyTTsjLU+22roxsa3f/2aDnLXtGbhGfjhDBxTtE
        7REZdhQV0YOCc1V0M3BPL6l8rMsEGokdL2i/pC73ERybTO9vLM/t9D+Yz+l6+wpm
        3rQy+TT2i1c9z79SzXZBdDzasxtVIPuB8GS1D0/If85Pl1bXVXC4JnVlxKfYr4a1
        /KuVA6Yy6uvBQ8nLp/998v9tJ6KZZVSQ3D/28vbFNvCRJeagrOJ8tchCEWWoAOi6
        Rmcmg/RqRjVfywPld8gO4nzI55u0iVklSlFXcX/IwQKBgQDiMgsHRaldDhb7nyEX
        vg3ZQQui7qx9rC7XUGI2+N9jfm3nZ9F1Ex62p7fiRO1oIdN9azvsWdBPE6aPBbnV
        0Gi47gejHnSpsCIkNok8MfsFYTHSkezNlFMa2jRPHfwXqNgXnx1jk92ejktrJfQV
        kTa/kDogMtzQVeZzY2SuZDtCiwKBgQDEWhDq0OSnaVa+8T8OLkJMj2hIZQj0PRXR
        qmf9T6+ZsHi47b6wLKajg256IePB12cQoCRC+tElAI0YTbWPNRWHiwF9F9Xn3jqr
        224BY54LWaBLnK2jyPKdFaToOz5NKIFhiAZ6nakn+chChB90if2u8F34A9Za/xXf
        AhoJch+tEQKBgQCl9+AdsuCFVexJLkai3CHfMhnusD/Cao9oDyQxf8SxhTfxHj0T
        MTdNAJ0tGjQ0PvWmRgOO9YuiKiIBOUtU9nmQj57s8lDZnVI/zgA+OdIc7WcYQVhG
        s7mSr17IWpD5bzs3gdmXkgx/5ZqzAQMqvAU25AWyUH+zIgRY0Co0x3iv5wKBgDnz
        Evcae8Fk93MXJDL9OBf8YxyqpP/gX2Yn0tUSBZNoX9jEYfkA1JWBnsNw6RU2i3Z+
        rPUPrVYsWXgIx0Liud3tCp1uwXTTQ6Gg+1BxpB1ZcFOghCbIkcIGt0rK4VJIWBb+
        3Fqn2Vqw/4eSEu6EI1jUHAesqkDk9AGDT0fmZK7hAoGADOLoWBx9H1lNSn3gu+IN
        ztdHtBHzoyHV5CjYBHr1gG4agbxsQxR1YNZrkBFmhz2KVVcqGRloL7MUisjWuLes
        2CYq5AjHvpTAZ/rCxsRYWnvxJyqWaRsa0OuocIvkTbAOqyrAinu0PWJxG0MnZOnw
        6BnGJhqIyk2z0Fw6oUDd7Dk=
        -----END PRIVATE KEY-----
        """

    static let rsa2048PKCS1 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAyGrhjhJrvBUEV6Scwpa6mXEiQl1spJfXcvc4bdE8d9ObYD3i
        BiE9XkwHJNIYUL9UtzK7/OmwVVxsIhg8iY4rIrMXfHF6wJSrXLQs+OsuVyBGpPlt
        NJBpfUiD3xUKZiVRCZiXPZ1rFiUcJNyLakoudO5mfMjzWWDbDUOwzPzDfS7206Cl
        HM4Ss3BQrWWzATYPW/xi3W1EvRC/niBA6V1S5s7/fGs57QQiHPF8nCY3BicxvgTR
        V4xxUA/Oebp3V8M8Fh3Qg/zwJnrvwts5F53bh6ZokJ9RswUZkuE+n/tLfhUqq1mE
        lH8mSH/ATNpy/QarVEnMIJshH695snH9Yi1FuwIDAQABAoIBADDiKOvPQGnasnly
        FC4+N3tPpeyL/wDSbGGFPUVD4LzVZzN9RJD8MIy8fI2VlQq08EPS4xlYIoNfjJxw
        Tuu6Onk3N4ZJ44fvezCcXc/FBUOJAtIgaGuGwcQmGMwjxKqPdYmip1kG+WSoXon7
        JSIiv9wTffn3xatKPYOpvAjzqfbxO1/EWIvnblKeDbrNfknIG6R8P79pWy5XUE3s
        tA2ukLJtRHJVm1dzOZnngjoQ0UNt0Z9AVriYwva9yEs1atMb/bQ+C9/EGKOKBvCx
        M9BMEH5nYiIAllEpSexedWEih/iQ+3xpgiOoA8+/CXuzKOMW/4VE9/u7hlQOhMdS
        Pb0whgECgYEA/WJOS5CUAOJkgwrEThGp4L4flQrSCFFchy7cllf3J5SgBlzzwm3W
        XGGbN3Ck+gyPaHozhgRQO6SeQ3L8s8cCKlCa7A0dg1lUUghygO6yUN5WKXn0Fing
        YTA0FeCYnVjISt1cij0InHsxxD9G/GTf9DuWF3x8omUbtNjmt+RZULsCgYEAynyV
        sBrbXoL/uO4fJIjy9ax8Z+iX5TlL/AGTzkZ4kHztmhSHDfkTdXp9jYxxaPrz745B
        hyRqY1IJKBoLQpJ0aJXOez+rYr/xnWFdARmo4/g4rgS0WyMqiEgmQLJRkxQqO6Df
        vd3HS2UxhbC17ybAMX61tBXZgFpgorlvAQU7DwECgYAPuWEIeXFl2KbKJwnlml0D
        cGj/U8uS7pGiZfsUbWMOFsAThQMvhqdt1jTOrPPf/JWNsz+tSmk8OkwD/YfHFEuD
        GrtyeKHjO9DqwlFwxN9V+2Y3brUCBxlAjsA8t1JhOVg8pR4QCheVtmNxPUgHc68e
        NfBrhrMpVMLyZx9yO/567wKBgC0+sWPsXGA9/U4hRywuvbtPk2zUeDxsFSJ2Z8SL
        0pzWjXEEbTkeEs8JU8yxORYwHRnGO7Yq2OrghdNEHof9ma1U7BJ2I6GpKh/0hYed
        aDOoX2HjAznqHbLeDE4gikHHG7i/Nb+DMukR74Lj/YM2sXNd0NQwna0khLtXnAoq
        VQwBAoGBAPhyiLBzjXrEZxEUn8D22FnVwkHH5CP95GTN2LzDaZmtuOV6CWOOpeeA
        Dvr5YVdcm0KI9M76ijkLaZA7Pvx5uPd2Utz69Ka+kkV/tIU6RDVwgcX4bTGWJG9H
        UDfFbG7UCu2FtighM5JmTJkQb9qeRLfa0O1CduPUqFOuJhiA/x5U
        -----END RSA PRIVATE KEY-----
        """

    static let rsa1024 = """
        -----BEGIN PRIVATE KEY-----
        MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBAJzPIqJrNAZgbZLV
        O742/Aozkx8W5SxnITDNxGWU93KeUMxwaeZ6rzjYxl7tdd+8VjLjw5/BMGLBJrXR
        XzCUpOYNP8oerYuTJeFdVvuLjKoDOJ3eBUAC+EBG7afUJSXEFbJlMzGr8Sy4ciE6
        yscezfepaTk+r+fQGb3gPbcUpMxzAgMBAAECgYBluse4YR4mSOatTKLum1NV9vGq
        SLsy3FEfDU8tq8AA3w6CIyfA+7Szh4biTOGc3d16NGNUQAv49V/8srEznit/g9OJ
        6+bO0dbpTc41rhUteDZjXD36FiwnjzAsykIY6F0GGOuMZZXnXHG/7XbpBq5WCXKd
        M72tyBmPtmcDc1tygQJBAM/DHSUhI2a5e+q3Oiku+0cXv4rdjeJzSNM+YRg3FfE6
        Y4O5nD3pEJqw+HgfSuwq3FrIe9UMDC3AaHxt7h+G3kECQQDBN36Y9Ag3kGnsU2w4
        QU07hi0n0zYjowsxbgsqH4Y56iKn7Vyn5hvfj8u7mh+QuJLbmLKh+XHtv9gh+nat
        OCWzAkAvLZ1WqxnA3+nVuNnKNFL3J9tlCz6G56rn3UhrGUcwShQC+4kRPfV5SyqB
        DIoU6v6y1sfX7y5szT5s0wG5wwSBAkABkANUFVUjreVNZfdQFSccvh8LXWford7f
        TXaFpq+dNEmHdiHzsaa0DiOlpr9umi+F2xxGtw+2zoBe9fmTuQqFAkBUVx1/MQbc
        iJzdXtVKmC0pNV86QohQoc7IikYZMryfW3Cs7tX3b0zZ/Bzi9J/Ey57WMgNcAVml
        SVu5ZOMgfE7r
        -----END PRIVATE KEY-----
        """

    static let rsaPSS = """
        -----BEGIN PRIVATE KEY-----
        MIIEuwIBADALBgkqhkiG9w0BAQoEggSnMIIEowIBAAKCAQEAxmwkMYQB6KV61TCc
        zOd+WcEuEgi70f5Ael68eK81ypHr2vIuN2Y+HtPdV7a2SCRLRwHBGBUP+68YmFzV
        eFTCh1NLAI0ZstI5dSzosamV9MMFidyWAXS3j3YywfjaE0mhATFl2n1BtI7fNPtZ
        5gPAsdSb7NHbkKwefgxD92jCE8vvY+ySnUelJoepYQgBvM8wpucCE944a/7Y8pwV
        ONFUaY203wJicdQzd+PfwSd9+l7EBNyeYJqQdB5B30MolQHBKbjouXq0zgJDhDYy
        n4AT+N22Tw82g/Um1eh7tss9KwOWsmV7kOBQSweehKdG7zptKK18GFXQE0kBcmLZ
        vURe1QIDAQABAoIBAAz5AYXGPGy2Mvlwv/Oql+ls1qMBtKvmTFdjzb0zMVhg4XNz
        XX+sPNf9oI1NSg4d51kJXZNCP0UEfd5qRV+kZQJ9eNwcnYdCNNT7HmyNKptxy7En
        fZwzQhQMVYW2jCVyLSdbkC3wfgT8yU2YuFgwOx81SAt77fe/tQ+nJCNvEy9BitBF
        MXC6EkuFFsTKrlEvfJhQK+tbCgiS+NZGpPbZDyC/1KN+ARNx4LrMjPH+IBcHHPyX
        uP0TecpylzYIfc8pj4dAlUV/YkeEWpRPkwzPd9bcxnOvS64Q7esZTQ8basNtiDQI
        4nF0ylezJT8z95WxxUPWd71XPspvmHhDNR9QzlkCgYEA7HP6gXRPb9FsyVvWbtYG
        yDiYgtFUk8dLIhlp4M8F4tYsSg/mkBG9PSIEPwKBfnXCPwrC+OAF5/urFT56foBj
        eFPSNPJYKxFUd6tgrszec+qb7z5ZUvS10TvfgMssZERFYegfhe9HT1aOZKmdwhmv
        GCjEZsEIPmMd1DUafO9cu/0CgYEA1tNTk3zLKG/GHzl9chvGZ5OWburkQXjNgBNg
        KmBSzSn9XO2wxDQWxcfWtgbkm5jpxWqe6CWaefZUGLXF0iWBKVhhqOJa7/g9DGDt
        kkItcExbXD2M9JxPe1wneLFeawlJ8jLHs3D6zmjn4VW6teviHdyhjAJy1AqDOB8s
        tOZJKbkCgYAPTDGYzn2VLmdrX5Wv9gjaS08Sp5hhNzOVMS+4a6xl0JVs9Tpld8BW
        hCziJrdaByRaD8gtcdDwAUhAR5qFNKk6z7F523P41VYxp9TJeleqCDOudsowo8Rf
        lRAQtRRaKFCU1P+1GpXyfBcaTB74v9CkL38FZtexsZfscsMT8ih9wQKBgQCVzfYZ
        AkwVXaR1/7wXx4Cal9Ouc0RK17fOGTTVOChlg2N32xSKLZy3vPxgIPxn+MED9q7r
        SdWoOPs55AAX5ClmsIghof8yGhRQPoNMm7Nd/RE0iINzzFCswH2R73XdBDQ5neme
        myl6qLMScprp45zhoApTPR3f+Zi5mRuu5mucmQKBgD9hlo6w2l72PO8MzT8Lm6yy
        S5V2qhVXjj5N35X0PfEYC/+8rZWKY3vb/ISIVpQU4eenOXpH/f1QujqH0nafXBlY
        B1T4SRbJlvRLBFgsSAKIzVBmXKVUfhLOGiKA0+OV7sVyt+uFzgaqUQWHbzE5Qg8A
        97TA+OqU3IqZ1KTgkqZL
        -----END PRIVATE KEY-----
        """

    static let p384 = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCaqKuRACla6xxRdden
        uOCGEFMczQXXNhSi82eUcW3azp8EbJY09wgmtfHsWuVOdLShZANiAART30Hfq88T
        x8Ps+NH4xfsHGvq7t8iyxwSkS/UNkB50djU+6EFJMpvqrV1Infcqbv8y5PtNOlTG
        xZgnd5FffL6GQkLsDRY8GXO0k2GTE41thqVGooo4a2D+TOElEiU3So8=
        -----END PRIVATE KEY-----
        """

    static let secp256k1 = """
        -----BEGIN PRIVATE KEY-----
        MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgwLLo+qu0QtWlaoyrpbRb
        Orj+l1wU3s3Q3/qsVUFgVe+hRANCAASQj5DXhwD9zaaBHGqdq3lSJwfOPN+kn7gS
        MW2P03CLeI0dGFmN4Hwol+jRZDLZI/QA+6ZS/ejv4hqkJzOip2Q3
        -----END PRIVATE KEY-----
        """

    static let ed448 = """
        -----BEGIN PRIVATE KEY-----
        MEcCAQAwBQYDK2VxBDsEOT1ngX0HVMzbjSizmegzH3vwShC/x0zpJflO5ELfHHEC
        kZW7PzMd+J289BBvsHpBC58vWATBlUBfNA==
        -----END PRIVATE KEY-----
        """

    static let x25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VuBCIEIPiPbVdXreCtG9I0KirnpqHl9pn/g/dihLBLmmk3dflL
        -----END PRIVATE KEY-----
        """

    static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjOJErCs9HjzQICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAYepVKoS5k5JHy0NvHkFM0EQHyn
        +W4/y/BN/NULKu/KBWDFGfYr4xTQUTzG/jn7ija5vNLyQfW3q6YARolnV24AFTU7
        1Ce0Qx+D0+TAqUVrpwc=
        -----END ENCRYPTED PRIVATE KEY-----
        """

    static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAW46gJlMjorGZ5lkgQyM2UwTlTQ2QpDAwPOZT8gmsiOY=
        -----END PUBLIC KEY-----
        """

    /// With the public exponent 3.
    static let rsaExponent3 = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCWei9NhOiqOEnY
        jBPDgXkLwHxZY9OX5qGSgWSZ9jqlYlQ1kyeizpoXke94jwXpnooJ2MnRVt/Hbqju
        LVhWlUQUAy9ZXv82ABzuyc0xg6JA98m5FVPbdGD0crWs8QZfAZ10yMLtyH2r4p+P
        1tBcl1BMiLtxlb4FpuLOp1VPKcEOhFGSthxQvDp88+50fmc9oNievDRVzAEFeILz
        kfu/JzNK4PgxHkmpPfJAuWN8Ce9H1ToVzS40cROURdr2wM9gCVggcwL2c5fa2Q9q
        7Hd/BbModJhiDXP0NzWRspMPxJMaFMwwvJbHNk+i6X9ECyyhtCZznk/7B6silg0g
        cmS/d6UdAgEDAoIBAGRRdN5YmxwlhpBdYoJWULKAUuZCjQ/vFmGrmGakJxjsOCO3
        b8HfEWUL9PsKA/EUXAaQhouPP9pJxfQeOuRjgrgCH5Dp/3lVaJ8xM3ZXwYClMSYO
        N+ei602hznNLWZSrvk3bLJ6FqR1Bv7U54D26NYhbJ6EOfq5vQd8aON9xK18B21qe
        samr9FKHsWzFgjbYplJ5cZVDJoS2+k2ZAfV/alsAXrEsMbXzJrymLpUscECFPb87
        IGISfl33d+10MltZixWjyzzTRg53AgGMwHt3vLj8iDz8qYne1TEiWvy7MgRpHNzS
        g6rR+BHVq6g9Nh4xIbxJYHFmJuWg2l2symfjQisCgYEAxKZMifG8ad0VEA4M1Nv0
        n2yXmz4yDUt9JeVwAmir1GQn4W2haNTHQcJIaiKVY2ijDq3ZfR3eMb9/08mtDBxJ
        bSwHnDQ2TLHSpZhhNZ0unV0nBXvY9cMaMQzymRap6DcDYiA+28v18rAP9ojP0Icl
        TgHD8wmGGXanh2NJWNt7b3ECgYEAw+R7h+B94iQTVENJTw9nP7Zubre1OfLo5Zm8
        dmY8P144iLm6lkOJ9mN3s3mx435qTskbAIN3JEfS00jld7q5mlP1tecAYhNT5tA4
        ISijerXSxoq5f+JOxLsMcX4B39xzvsVB9XsFaNgZBz7fiu1FJddsTEdoV1N9PjCl
        3EgnUm0CgYEAgxmIW/Z9m+i4tV6zOJKjFPMPvNQhXjJTbpj1VvByjZgalkkWReMv
        gSwwRsG47PBstHPmU2k+y9T/4oZzXWgw83KvvXgkMyE3GRBAzmjJvj4aA6fl+Sy8
        ILNMZg8b8CSs7BV/PTKj9yAKpFs1Na9uNAEtTLEEEPnFBOzbkJJSSksCgYEAgphS
        WpWpQW1iOCzbigpE1SRJnyUje/dF7mZ9pEQoKj7QWyZ8ZC0GpEJPzPvL7P7xidtn
        Vaz6GC/h4jCY+nx7vDf5I+9VlreNRIrQFhsXpyPh2bHQ/+w0gyddoP6r6pL31IOB
        TlIDmzq7WinqXJ4uGTpIMtpFj4z+KXXD6DAaNvMCgYAyLA/mHi7GrWJ4vgd00sOa
        vpkqENO4pm7n3Ck1SyW4/6dhanhrB09zg21lzUtt0kdLn1it9j8FpE4NpEtTiqXD
        s8fv88sKzPx5uT2pN4MibvYxPsNKazYKms+z8z6GAim5InJe32QW5cBiRxOBg1EU
        t+AEMf+sI7c8ePbtujEJig==
        -----END PRIVATE KEY-----
        """

    /// 1024 bits.
    static let weakRSAJWK = """
        {"kty":"RSA","alg":"RS256","n":"nIdR_GspIn-_WuPF4KM8aLI35opqx3WMZPKCaHkYgrOTOT5Q47IfTh1fmYE6J2BqUgB6\
        9d5_YXPisEknTCQUmm2F4ortjmLicnZtqmvqDTpg_ivGDi2WHBBn8LFyamPSid-zuysudVzs4ZIp5ZBK0pHOqb1to06LkSBWLOTj\
        lmE","e":"AQAB","d":"CoaS_c1a88XxYTRF3yg67LNnTOpr6cO-0B76o_nYqxlWQhgtqlIVBtS01Aa7mWBDZgZAPn5axHvdd4t\
        DyDv44pqjR5PY1GfuC6kk_8E-QX9gubdts-Midu7SP2QfUUfEqGyUjNJZl2--c-Bn_zuPPwPlwXnEsKiH_svTQHE-KFE","p":"z\
        FjFJ9RPrrnsfv3DKuoKgcEXFD_Be-PPhfIIbLasNiP15YbcFyD_2Y-BjD5lwP7k-ZMjOLg8AXACIQfR_VceFQ","q":"xBg_iUw7\
        lLSoooe50F0zer8XWvEqbkrWfJEUr3XlYkGmNBeHfD2vhmRPTTP1LRVKacY4pe0WIy_tz0NrMun2HQ","dp":"PWzhtttHKIqS4I\
        l_RUMc7WwRd_DCRG9yTh03ExbGJXAh1mD3f6xXvBo7IuEOzTjRs4PbLo2S3AvDWBJ1uOWbEQ","dq":"IvKvYCjV9Yq9AzptQ1VY\
        92dXIj4Y8c8kqs6wgRTh7MEGfgIzg1D7F1iJSZkY-Q_yUyegsPGwIFVKbMX3NPu9gQ","qi":"UJtqTtAFtBsRAO21NQbyU3YEK4\
        Nk4ui4Hudw7tRK6Ewqwd-NjNIr-QZ8tRUhDd00KzTGbzIlo8G8Lw7ZkqWhHg"}
        """
}
